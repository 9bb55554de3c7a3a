import { expect, test } from 'vitest';
import { memoryResolver } from '../../testing/index.ts';
import { parseNetworks } from '../networks.ts';
import { createAskOutward } from './outward.ts';

const resolver = memoryResolver({
  'inside.example': { a: ['192.168.1.1'] },
  'both.example': { a: ['192.0.32.10'], aaaa: ['fd00::1'] },
  'broken.example': { fails: 'servfail' },
});
const ask = createAskOutward({ resolver, allowed: () => parseNetworks([]) });
const get = (url: string, httpsOnly = false) =>
  ask({ url, method: 'GET', redirectsMax: 0, msMax: 2_000, answerBytesMax: 100, httpsOnly });

test.each([
  ['http://10.0.0.1/', 'nobody is asked'],
  ['http://127.1/', 'nobody is asked'],
  ['http://2130706433/', 'nobody is asked'],
  ['http://0x7f.0.0.1/', 'nobody is asked'],
  ['http://[::1]/', 'nobody is asked'],
  ['https://[::ffff:10.0.0.1]/', 'nobody is asked'],
  ['http://[fe80::1]/', 'nobody is asked'],
  ['http://169.254.169.254/latest/meta-data', 'nobody is asked'],
  ['http://inside.example/', 'nobody is asked'],
  ['http://both.example/', 'nobody is asked'],
  ['http://nobody.example/', 'no address'],
  ['http://broken.example/', 'could not be looked up'],
  ['http://inside.example:22/', 'at that port'],
  ['http://a:b@inside.example/', 'password'],
  ['file:///etc/passwd', 'neither http nor https'],
  ['gopher://inside.example/', 'neither http nor https'],
  ['nonsense', 'no address'],
])('%s is not asked: %s', async (url, reason) => {
  await expect(get(url)).rejects.toThrow(reason);
});

test('https alone, where that is wanted', async () => {
  await expect(get('http://both.example/', true)).rejects.toThrow('not https');
});
