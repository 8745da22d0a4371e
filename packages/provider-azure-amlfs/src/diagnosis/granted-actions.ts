import type { CloudRight } from '@lustre-csi/core';
import { memberOf } from '../api/answer-shape.js';

/** Actions that one role assignment allows, and what it leaves out (Permissions_ListForResourceGroup). */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** Reads an item of a listing of permissions. */
export const toPermission = (item: unknown): Permission => ({
  actions: texts(memberOf(item, 'actions')),
  notActions: texts(memberOf(item, 'notActions')),
});

/** Decides which of the needed actions the permissions grant. */
export const grantedActions = (
  needed: readonly string[],
  permissions: readonly Permission[],
): readonly CloudRight[] =>
  needed.map((name) =>
    permissions.some((permission) => allows(permission, name))
      ? { name, state: 'granted' }
      : {
          name,
          state: 'denied',
          detail: 'no role of the identity allows the action in the resource group of azure.json',
        },
  );

/** One role has to allow the action: what another one leaves out does not matter. */
const allows = ({ actions, notActions }: Permission, name: string): boolean =>
  actions.some((pattern) => matches(pattern, name)) && !notActions.some((pattern) => matches(pattern, name));

/** Patterns of roles: `*` is any text, and case does not matter. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(name);
}
