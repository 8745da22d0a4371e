import { randomBytes } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new OCID: `ocid1.lustrefilesystem.oc1.phx.` and 60 letters and digits
 *  (https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm). */
export function newOcid(type: string, regionKey: string): string {
  const unique = [...randomBytes(52)].map((byte) => letters[byte % letters.length]).join('');
  return `ocid1.${type}.oc1.${regionKey}.amaaaaaa${unique}`;
}
