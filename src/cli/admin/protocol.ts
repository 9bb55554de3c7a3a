import { z } from 'zod';

/** Changes when a client and a server of different versions could misunderstand each other. */
export const protocolVersion = 2;

/** The socket's name in the data folder. */
export const socketName = 'admin.sock';

/** One line from the client; one request a connection. */
export const requestSchema = z.strictObject({
  version: z.int(),
  command: z.string(),
  args: z.record(z.string(), z.unknown()),
});
export type Request = z.infer<typeof requestSchema>;

/** How far a long command is. `total` where it is known. */
export const progressSchema = z.strictObject({
  what: z.string(),
  done: z.number(),
  total: z.number().optional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** Lines from the server: any number of `progress`, then one `result` or `error`, then the end. */
export const answerSchema = z.union([
  z.strictObject({ progress: progressSchema }),
  z.strictObject({
    result: z.strictObject({ text: z.string(), json: z.unknown(), status: z.literal([0, 1, 2]).optional() }),
  }),
  z.strictObject({
    error: z.strictObject({ reason: z.string(), code: z.string().optional(), message: z.string() }),
  }),
]);
/** Why a command was refused; `code` where the refusal has one of the co-op's. */
export type Refused = Extract<Answer, { error: unknown }>['error'];
export type Answer = z.infer<typeof answerSchema>;
