/** The sizes the house keeps to; a file or function over them is named in exceptions.ts with a reason. */
export const fileLinesMax = 500;
export const testFileLinesMax = 1000;
export const functionLinesMax = 70;
export const indexHeadLinesMax = 25;
