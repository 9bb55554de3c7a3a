import type { PreparedQueries } from '../schema/dialect.ts';
import type { AnyOperation, StoreModule } from '../schema/module.ts';
import type { Script } from '../schema/script.ts';
import { coreModule } from './module.ts';

/** The operations of all modules by name; the storage layer's own come first. */
export class Registry {
  readonly modules: readonly StoreModule[];
  readonly #operations = new Map<string, AnyOperation>();

  constructor(modules: readonly StoreModule[]) {
    this.modules = [coreModule, ...modules];
    for (const module of this.modules) {
      for (const operation of module.operations) {
        if (this.#operations.has(operation.name))
          throw new Error(`two operations are named ${operation.name}`);
        this.#operations.set(operation.name, operation);
      }
    }
  }

  find(name: string): AnyOperation {
    const operation = this.#operations.get(name);
    if (!operation) throw new Error(`no module declares the operation ${name}`);
    return operation;
  }

  /** Starts the script of an operation over the prepared queries of one connection. */
  start(operation: AnyOperation, queries: PreparedQueries, args: unknown): Script<unknown> {
    return operation.script(queries.of(operation.module) as never, args as never);
  }
}
