import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proposeKeys } from '../../../worker/people/propose-key';
import { isEmail } from '../../../worker/people/sign-in-link';
import { headerText } from '../../../worker/text/header-text';
import { logText } from '../../../worker/text/log-text';
import { cutMiddle, visibleLines, visibleText } from '../../../worker/text/visible';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\u202e', '\u200b', '\u0000', '\r', '\n', '\u001b', '\u009b', '\u2028', '\ud800', '\u3164', '\ufe0f', 'a', '<', '"'),
  }),
);

test('a name shows what would hide or turn around', () => {
  expect(visibleText('vm-1\u202e-disk')).toBe('vm-1\\u{202e}-disk');
  expect(visibleText('a\u0000b\u200b')).toBe('a\\u{0}b\\u{200b}');
  expect(visibleText('Müller & Söhne 漢字')).toBe('Müller & Söhne 漢字');
});

test('nothing invisible is left in any name', () => {
  fc.assert(
    fc.property(
      hostile,
      (text) => !/[\p{C}\p{Zl}\p{Zp}\u3164]/u.test(visibleText(text)) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(visibleLines(text).replace(/[\n\t]/g, '')),
    ),
  );
});

test('a cut name keeps both ends and never grows', () => {
  expect(cutMiddle('san1vg-vm--119--disk--0', 15)).toBe('san1vg-…disk--0');
  fc.assert(fc.property(hostile, fc.integer({ min: 3, max: 40 }), (text, max) => Array.from(cutMiddle(text, max)).length <= max));
});

test('a mail header is one short line without anything that ends or turns it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = headerText(text);
      return Array.from(line).length <= 120 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(line);
    }),
  );
  expect(headerText('a\r\nBcc: all@example.com')).toBe('a Bcc: all@example.com');
});

test('a log line is one line, says what it was given and obeys no terminal', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = logText('test.event', { text });
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(line)).toEqual({ text, event: 'test.event' });
    }),
  );
});

test('a field cannot take the name of the event', () => {
  expect(JSON.parse(logText('real', { event: 'forged' }))).toEqual({ event: 'real' });
});

test('a customer key is proposed for every name', () => {
  expect(proposeKeys('Acme Logistics')[0]).toBe('ACM');
  expect(proposeKeys('Öffi Bau')[0]).toBe('OFF');
  fc.assert(fc.property(hostile, (name) => proposeKeys(name).every((key) => /^[A-Z][A-Z0-9]{1,7}$/.test(key))));
});

test('an address that goes into a command has no quote, space or control character', () => {
  expect(isEmail('ada@example.com')).toBe(true);
  expect(isEmail('owner@localhost')).toBe(true);
  for (const text of ["a'b@example.com", 'a b@example.com', 'a@', '@b', 'a@b\n', 'a@b;--', '"a"@b']) expect(isEmail(text)).toBe(false);
});
