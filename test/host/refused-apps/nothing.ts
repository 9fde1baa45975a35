/** An app without functions. */
export const functions = [];
