/** The texts of another language: the same keys, functions of the same values. */
export type Texts<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K];
};
