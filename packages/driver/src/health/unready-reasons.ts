/** Reasons for which a node cannot mount, in one word each. */
export const unreadyReasons = ['no-module', 'no-mount-helper', 'no-state-directory'] as const;

export type UnreadyReason = (typeof unreadyReasons)[number];
