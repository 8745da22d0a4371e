// For generators of reference pages: parameters as Markdown, and those of directory volumes.
export { parameterSections } from './provider/parameter-reference.js';
export { directoryParameters } from './directory/directory-parameters.js';
