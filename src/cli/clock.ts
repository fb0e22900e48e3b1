/** `rolecall clock` and `rolecall reset`: change the time and the state of a running emulator. */
import { defined } from '../kernel/defined.ts';
import { CommandError, callControlApi, print } from './output.ts';

interface ClockOptions {
  readonly now?: string;
  readonly advance?: string;
  readonly freeze?: boolean;
  readonly real?: boolean;
  readonly json?: boolean;
  readonly url: string;
}

interface ClockAnswer {
  readonly now: string;
  readonly frozen: boolean;
  readonly offsetMs: number;
}

export async function clockCommand({ now, advance, freeze, real, json, url }: ClockOptions): Promise<void> {
  const change = {
    ...defined({ now, advance, frozen: freeze }),
  };
  const changes = Object.keys(change).length > 0;
  if (real === true && changes)
    throw new CommandError('--real cannot be combined with other options: it resets the clock to real time');
  const answer = (await (real === true
    ? callControlApi(url, '/clock', undefined, 'DELETE')
    : changes
      ? callControlApi(url, '/clock', change, 'PUT')
      : callControlApi(url, '/clock'))) as ClockAnswer;
  const offset = Math.round(answer.offsetMs / 1000);
  const difference =
    offset === 0 ? 'real time' : `${Math.abs(offset)} s ${offset > 0 ? 'ahead of' : 'behind'} real time`;
  print(json === true ? JSON.stringify(answer) : `${answer.now} (${difference}${answer.frozen ? ', frozen' : ''})`);
}

export async function resetCommand({ json, url }: { readonly json?: boolean; readonly url: string }): Promise<void> {
  const answer = await callControlApi(url, '/reset', {});
  print(json === true ? JSON.stringify(answer) : 'restored the start state; earlier sessions are no longer valid');
}
