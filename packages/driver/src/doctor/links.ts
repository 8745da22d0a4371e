const PAGES = 'https://github.com/lustre-csi/lustre-csi/blob/main/docs';

/** Page of a check. */
export const linkTo = (id: string): string => `${PAGES}/reference/doctor-checks.md#${id.toLowerCase()}`;

/** Page of a guide: `troubleshooting`. */
export const guide = (name: string): string => `${PAGES}/guides/${name}.md`;
