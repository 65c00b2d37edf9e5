/** A line typed on the terminal, shown as asterisks. */

const interrupt = '\u0003';
const endOfInput = '\u0004';
const maxLength = 500;

/** Undefined: the person gave up. */
export function askHidden(input: NodeJS.ReadStream, output: NodeJS.WriteStream, prompt: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed = '';
    output.write(prompt);
    input.setRawMode(true);
    input.resume();
    input.setEncoding('utf8');

    function finish(answer: string | undefined): void {
      input.removeListener('data', take);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      resolve(answer);
    }
    function take(chunk: string): void {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') {
          finish(typed);
          return;
        }
        if (character === interrupt || (character === endOfInput && typed === '')) {
          finish(undefined);
          return;
        }
        if (character === '\u007f' || character === '\b') {
          if (typed !== '') output.write('\b \b');
          typed = typed.slice(0, -1);
        } else if (character >= ' ' && character <= '~' && typed.length < maxLength) {
          typed += character;
          output.write('*');
        }
      }
    }
    input.on('data', take);
  });
}
