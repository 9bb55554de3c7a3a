/**
 * settings: one YAML file in, one typed value out. The only reader of the environment and of YAML.
 *
 * - The schema is the truth: defaults, descriptions and allowed values are written once, in zod slices, and the
 *   example file, the JSON Schema and every error are derived from it. Scalars have the forms of CONTRACT.md.
 * - All problems at once, each with file, line, column, what was expected and the nearest valid key. SettingsError is
 *   the only thing that `loadSettings` throws, whatever the file holds. No error repeats a password.
 * - Unknown keys, duplicate keys, tags, second documents and YAML 1.1 are refused; aliases, depth and bytes are capped.
 * - Rules are the impossible combinations, by name; each runs once what it reads is valid.
 * - Relative paths: the data folder is relative to the working directory, files that the operator writes (country,
 *   certificates) to the folder of the configuration file. All come out absolute.
 * - Every key says whether a change takes effect on SIGHUP (live) or at the next start; `reload` takes the first kind
 *   over, names the second, and refuses a bad file whole.
 */
export { type CountryValues, countryDefinition } from './country/definition.ts';
export { type CountryChoice, countryFile, loadCountry } from './country/load.ts';
export { accountKinds } from './country/slices.ts';
export {
  type Definition,
  defineSettings,
  type Finding,
  type Folders,
  type Rule,
  type RuleContext,
  rule,
  type Slices,
  type Values,
} from './define.ts';
export { type Environment, readEnvironment } from './environment.ts';
export { exampleYaml, jsonSchema } from './example.ts';
export { isLoopback } from './hosts.ts';
export { type Loaded, loadSettings, type Reloaded, usualFile, type Where } from './load.ts';
export { nearest } from './nearest.ts';
export { formatProblem, type KeyPath, type Problem, SettingsError } from './problems.ts';
export * from './scalars.ts';
export {
  type Database,
  type Door,
  doorNames,
  doors,
  type Listener,
  type Listeners,
  type MycoSettings,
  mycoSettings,
  type Relay,
  type Tls,
} from './schema/index.ts';
