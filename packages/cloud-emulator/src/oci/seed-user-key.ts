import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** Parts of an RSA key, as JSON Web Keys spell them; wrapped. */
const parts = {
  n: [
    '3HXmMRmH0jQsklqpLsrLqVkbut6ACWmL9-vGri_wgsF8ojH4ejE1QDt3PONt-kG2r2q4XJZfsJ6JgMiRVR2IRGdlJlHOWq9f',
    '4Rkhgm5vrTduFHf-C3PBy7s0-nLvXhF8nrWOHXtYSWaCmdMM769YxFGAEP9yTqQOhpnm5ERVuwV3lB4wgBwm982ZECCoNWdC',
    'msqJ5auwu2rwG8uz2B05-xjKwj3xkEfb_mRDZRJvoYrBbbBNesqPa219Ji-SjNhTjIcTV2WpQgH6_m3romiRKQCSiTR6v5ZO',
    'pCb0oA9k0ec_HIRfpsDrBvFoxCaO4Q_9MemAEAyoM5EzCmOmHC54NQ',
  ],
  e: ['AQAB'],
  d: [
    'EgrodInB8tCNekqHBfBCbpZp8tH9ZBJ6NPzb9TWxXHOAjgICyOCompxono2AGscQhWGO-5gx9ibkxYBaBpTaFLu_4eeNjiCZ',
    'ZfcpeymAecprd6uMrtFsjE4tYIw8rglGgUhbZxXJF17B9FwQYbhgeSwGDBNqk-g7fnAaNFcptgUZCChFi4JyTZn2uWkLk5I5',
    'S8nRGFvimkhjR2pcNtJFmRxi_oL07qhvL6lKaF2Xt0-C7vRu0hLKKdxRlKzaQgsNNOmSX5C_ZOqpdh3gClzaEtS4PCyxY1mb',
    '1Kyi3UYS86_0Rzs6bhdBu_2YcTrIhqOwVJVk-z5oFYqWEQbF4IUHmQ',
  ],
  p: [
    '9egFVoLRmz61YGAnhLZ92af7uOJtB6Ih6rGwIl4yPuh9dtjIdMvJBta6QwUlOpYshLl_yx0OJiapNpkIvvTakZQJEjrxZ5Ij',
    'IL6WOvb4rFFAiT2F7sWEVe6qdcFbxVOSeEd2RiP91lGKylRzthlRCv8UMTAv9Hm7hJyr15s_ng0',
  ],
  q: [
    '5YJ-lbULnZ-J68D4yxJaYzVcaTN326PaDTUtXnwYHt8LP3kG6MT8r7Da5JGlA0RzDipai6xOF_JX0lCgS_nWYIdxrC2kkIUd',
    'RLRHKY144s89hn-iddgkja6wwNodWDSM1hzX9X_t29C-9QJ6sWpNNGTf5qGOj7-cGUoBF3Sw4Mk',
  ],
  dp: [
    'onNQK3GqxTNtISkEkmD4zPRzkBVNT_ClFWWjZWDzMqnmUMAv1TDXMgRi8mmQyZ5x9JCTQvyD32JFAUOiCny5c9jnETsNRY2-',
    'VSBzIKsNZtEaoE-bjjzACwDrbXV6ieaG6ZzUHswiIhamaLnX42HgLzKKBWC_HXPaFGZoA7yVD3U',
  ],
  dq: [
    'dzGSdEWWRsI4asvJag2aC7QGzkwAj31FHV7ktRFVpZLI0KoWQIUthkEfLV3GiS_fYRf19lwCIsWlfoCI_2w9PdyZ2IXL1ZKM',
    'ZMYLvzTN910R4uwef31FXp-_BClC3DBOhFRug_1wlpyOz8f92G4QsolBDxIQa-9jLm8Uqg3cXqE',
  ],
  qi: [
    'CX9BC4rqcxD9siZfSrNCY4EVGtk-umMLCsExNLxgxWPsOzxJ0cjxNb61scPDJWXq9zLzSrmqnybSydcArBo2zZ_K__uMpQmW',
    'w6UjXkGJpoEq7F5IeHG8Duoe7xE4c4tHgTEjUL3rb8jwylC1DzajGpZHtfnWby8pQoStLoDVTgk',
  ],
};

const joined = Object.fromEntries(Object.entries(parts).map(([name, lines]) => [name, lines.join('')]));

/** API signing key of the emulated user. It protects nothing: it is here because a new key takes longer than all else that
 *  starts. */
export const seedUserKey = (): KeyObject =>
  createPrivateKey({ key: { kty: 'RSA', ...joined }, format: 'jwk' });

/** Fingerprint by which OCI knows a public key: MD5 of its DER form, in pairs of digits
 *  (https://docs.oracle.com/iaas/Content/API/Concepts/apisigningkey.htm). */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('md5')
    .update(der)
    .digest('hex')
    .replace(/(..)(?!$)/g, '$1:');
}
