import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeMarkup, Html, html } from './html.ts';

test('values are escaped, markup stands, lists follow each other, null is nothing', () => {
  const part = html`<b title="${`"'`}">${'<&>'}</b>`;
  expect(part.text).toBe('<b title="&quot;&#39;">&lt;&amp;&gt;</b>');
  expect(html`<p>${[part, ' ', 7, null, [html`<br>`]]}</p>${null}`.text).toBe(`<p>${part.text} 7<br></p>`);
  expect(html``).toBeInstanceOf(Html);
});

test('no value ends an element or an attribute, and none is lost', () => {
  const decode = (text: string) =>
    text.replace(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => {
      return { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }[name] ?? '';
    });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const escaped = escapeMarkup(value);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped).not.toMatch(/&(?!(?:lt|gt|amp|quot|#39);)/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
      expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      expect(decode(escaped)).toHaveLength(value.length);
    }),
    { seed: 7, numRuns: 300 },
  );
});
