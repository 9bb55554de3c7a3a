/** Name of a piece that was appended: where it lies among the others. */
export const nameAt = (offset: number): string => String(offset).padStart(16, '0');

/** Whether it may be such a name. */
export const isAppended = (name: string): boolean => /^\d{16}$/.test(name);
