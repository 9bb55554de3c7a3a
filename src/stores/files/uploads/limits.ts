const mib = 1024 * 1024;

/** Limits of uploads that come in pieces. */
export const limits = {
  /** Of one member at one time. */
  uploadsPerMemberMax: 200,
  piecesPerUploadMax: 10_000,
  /** Of those that became files so many are remembered, for as long as others wait to be gone on with. */
  donePerMemberMax: 200,
  /** An upload that nobody went on with ends. */
  unfinishedHours: 48,
  /** What is appended is made durable in pieces of this. */
  pieceBytes: 64 * mib,
  idBytesMax: 255,
  nameBytesMax: 255,
  /** What a protocol keeps beside an upload. */
  aboutBytesMax: 16 * 1024,
  /** 130 bits: not to be guessed. */
  idBits: 130,
  /** Rows that one step of a clean-up takes in. */
  stepRows: 500,
} as const;
