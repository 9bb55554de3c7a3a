import { countryDefinition, exampleYaml, jsonSchema, loadSettings, mycoSettings } from '../settings/index.ts';
import type { Command } from './command.ts';
import { serverSettings } from './settings.ts';

const example: Command = {
  name: ['config', 'example'],
  summary: 'print the complete configuration with every default, commented',
  run: async () => {
    const yaml = exampleYaml(mycoSettings);
    return { text: yaml, json: { yaml } };
  },
};

const check: Command = {
  name: ['config', 'check'],
  summary: 'read the configuration and name everything wrong with it',
  run: async ({ config, io }) => {
    const { file } = loadSettings(serverSettings, {
      ...(config === undefined ? {} : { file: config }),
      env: io.env,
      working: io.working,
    });
    const text =
      file === undefined ? 'no configuration file: the defaults are used' : `${file}: nothing wrong`;
    return { text, json: { ok: true, file: file ?? null } };
  },
};

const schema: Command = {
  name: ['config', 'schema'],
  summary: 'print the JSON Schema of the configuration, for editors',
  run: async () => {
    const json = jsonSchema(mycoSettings);
    return { text: JSON.stringify(json, null, 2), json };
  },
};

const countrySchema: Command = {
  name: ['config', 'country-schema'],
  summary: "print the JSON Schema of a country's file, for editors",
  run: async () => {
    const json = jsonSchema(countryDefinition);
    return { text: JSON.stringify(json, null, 2), json };
  },
};

export const configCommands: readonly Command[] = [example, check, schema, countrySchema];
