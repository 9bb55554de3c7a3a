/**
 * formats/signed-note: a short text with signatures below it, as transparency logs publish them (C2SP signed-note), and the
 * text of a checkpoint: origin, size and root of a tree (C2SP tlog-checkpoint). Ed25519 alone. Nothing here keeps a key.
 */
export { type Checkpoint, checkpointText, readCheckpoint } from './checkpoint.ts';
export { type NoteSigner, noteSigner, openNote } from './note.ts';
