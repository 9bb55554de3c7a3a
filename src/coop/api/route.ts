import type { z } from 'zod';
import type { ApiRoute, Call, FileAnswer, FileType } from './types.ts';

type Out<S> = S extends z.ZodType ? z.output<S> : S extends FileType ? Uint8Array : undefined;
type Given<T> = T extends object ? { readonly [K in keyof T]: Given<T[K]> } : T;
/** What a route hands over; its answer's shape makes JSON of it, and leaves out what is not shown. */
type In<S> = S extends z.ZodType ? Given<z.input<S>> : S extends FileType ? FileAnswer : undefined;

/** A route with the types of its shapes. */
export function route<
  const P extends z.ZodType | null,
  const Q extends z.ZodType | null,
  const B extends z.ZodType | FileType | null,
  const A extends z.ZodType | FileType | null,
>(
  declared: Omit<ApiRoute, 'params' | 'query' | 'body' | 'answer' | 'run' | 'located' | 'names'> & {
    readonly params: P;
    readonly query: Q;
    readonly body: B;
    readonly answer: A;
    run(call: Call<Out<P>, Out<Q>, Out<B>>): Promise<In<A>>;
    located?(answer: Out<A>): string;
    names?(answer: Out<A>): number;
  },
): ApiRoute {
  return declared as unknown as ApiRoute;
}
