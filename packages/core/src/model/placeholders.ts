/** Placeholders of other template languages: `{{ .PVCName }}`, `$(NAME)`, `$NAME`, `%(name)s`, `{name}`, `<name>`. Each
 *  alternative ends at the next bracket, so that the time is linear. */
const LOOKALIKE =
  /\{\{[^{}]*\}\}|\$\{|\$\([^()]*\)|\$[A-Za-z_][\w.]*|%[({][^(){}]*[)}]|\{[A-Za-z_.][^{}]*\}|<[A-Za-z_.][^<>]*>|\{\{|\}\}/;

/** Finds what looks like a placeholder in a text whose own variables have been removed. As a literal name, it would be one
 *  directory that all volumes share. Undefined: nothing does. */
export const lookalikePlaceholder = (text: string): string | undefined => LOOKALIKE.exec(text)?.[0];
