import { type Myco, member, password, startMyco } from '../../../tests/harness/index.ts';

export const basic = (user: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** The whole process with one member, `ana`, whose password is taken without TLS, as it is from those it is compared with. */
export async function startWithAna(): Promise<{
  readonly myco: Myco;
  readonly port: number;
  readonly authorization: string;
}> {
  const settings = { auth: '{ plaintext: allow }', log: '{ level: info, format: json }' };
  const myco = await startMyco({ settings, members: ['ana'] });
  return { myco, port: myco.port('http'), authorization: basic(member('ana')) };
}
