/** The variables that myco reads; nothing else looks at the environment. An empty variable counts as unset. */
export interface Environment {
  /** MYCO_CONFIG: the configuration file, where no `--config` names one. */
  readonly config?: string;
  /** NO_COLOR (no-color.org): plain text on terminals. */
  readonly noColor?: boolean;
}

/** Reads the variables of this process, or of the table given. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  return {
    ...(variables.MYCO_CONFIG ? { config: variables.MYCO_CONFIG } : {}),
    ...(variables.NO_COLOR ? { noColor: true } : {}),
  };
}
