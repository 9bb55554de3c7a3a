import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { connectSocket, startSuite } from '../testing/index.ts';

const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

test('a member signs in with a token of the issuer that the configuration names', async () => {
  const asked: string[] = [];
  const issuer = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      asked.push(`${request.url} ${request.headers.authorization} ${body}`);
      const good = new URLSearchParams(body).get('token') === 'good';
      const answer = good
        ? { active: true, email: 'ana@coop.localhost', scope: 'openid mail', aud: 'myco' }
        : { active: false };
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => issuer.close());
  const { port } = issuer.address() as AddressInfo;
  const suite = await startSuite({
    settings: {
      auth: {
        oauth: {
          introspection: `http://us:s%3At@127.0.0.1:${port}/introspect`,
          claim: 'email',
          audience: 'myco',
          scope: 'mail',
          configuration: 'https://id.example/.well-known/openid-configuration',
        },
      },
    },
  });
  cleanups.push(() => suite.stop());
  await suite.addMember('ana@coop.localhost', 'a long password');
  const socket = await connectSocket({
    port: suite.ports.imaps,
    tls: { ca: suite.authority },
    implicitTls: true,
  });
  cleanups.push(() => socket.close());
  const line = async () => (await socket.readLine())?.toString() ?? 'closed';
  expect(await line()).toContain('AUTH=OAUTHBEARER AUTH=XOAUTH2');
  const message = (token: string) => Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`).toString('base64');
  await socket.send(`a AUTHENTICATE OAUTHBEARER ${message('bad')}\r\n`);
  expect(JSON.parse(Buffer.from((await line()).slice(2), 'base64').toString())).toEqual({
    status: 'invalid_token',
    scope: 'mail',
    'openid-configuration': 'https://id.example/.well-known/openid-configuration',
  });
  await socket.send('AQ==\r\n');
  expect(await line()).toMatch(/^a NO \[AUTHENTICATIONFAILED\]/);
  await socket.send(`b AUTHENTICATE OAUTHBEARER ${message('good')}\r\n`);
  expect(await line()).toMatch(/^b OK \[CAPABILITY /);
  const basic = Buffer.from('us:s:t').toString('base64');
  expect(asked).toEqual([
    `/introspect Basic ${basic} token=bad&token_type_hint=access_token`,
    `/introspect Basic ${basic} token=good&token_type_hint=access_token`,
  ]);
  expect(suite.logged.join('')).not.toMatch(/s:t|s%3At|token=good/);
});
