/** The frame of the console: navigation, the view that is open, the theme, and the question for the administrator's token. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onTokenNeeded, rememberToken } from './api/calls.ts';
import { addressOf, type ViewId, views } from './model/route.ts';
import { useRoute } from './parts/loading.ts';
import { Accounts } from './views/accounts.tsx';
import { Clock } from './views/clock.tsx';
import { Decisions } from './views/decisions.tsx';
import { Faults } from './views/faults.tsx';
import { Issuers } from './views/issuers.tsx';
import { Lessons } from './views/lessons.tsx';
import { Playground } from './views/playground.tsx';

const mark = new URL('./mark.svg', import.meta.url).href;

const rooms: Readonly<Record<ViewId, ComponentType<{ readonly rest: string | undefined }>>> = {
  decisions: Decisions,
  playground: Playground,
  lessons: Lessons,
  accounts: Accounts,
  issuers: Issuers,
  clock: Clock,
  faults: Faults,
};

export function App() {
  const { view, rest } = useRoute();
  const [asking, setAsking] = useState(false);
  const [entered, setEntered] = useState(0);
  const page = useRef<HTMLElement>(null);
  const Room = rooms[view];
  const title = views.find(one => one.id === view)?.title ?? '';
  useEffect(() => onTokenNeeded(() => setAsking(true)), []);
  useEffect(() => {
    document.title = `${title} · Rolecall`;
    // On a narrow screen the navigation scrolls; where one is must be seen.
    document.querySelector('nav a[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [title]);
  const enter = (token: string): void => {
    rememberToken(token);
    setAsking(false);
    // A new key mounts the view again, which asks again, now with the token.
    setEntered(old => old + 1);
  };
  return (
    <>
      <header class="head">
        <a class="brand" href={addressOf('decisions')}>
          <img src={mark} alt="" />
          Rolecall
        </a>
        <nav aria-label="Views">
          <ul>
            {views.map(one => (
              <li key={one.id}>
                <a href={addressOf(one.id)} aria-current={one.id === view ? 'page' : undefined}>
                  {one.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <ThemeSwitch />
      </header>
      <main class="page" ref={page}>
        <Room key={`${view} ${entered}`} rest={rest} />
      </main>
      {asking && <TokenQuestion enter={enter} />}
    </>
  );
}

const THEME = 'rolecall-theme';
type Theme = 'light' | 'dark';

const preferred = (): Theme => {
  const kept = localStorage.getItem(THEME);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
};

function ThemeSwitch() {
  const [theme, setTheme] = useState(preferred);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = (): void => {
    localStorage.setItem(THEME, other);
    setTheme(other);
  };
  return (
    <button type="button" class="button plain" onClick={change} aria-label={`Use the ${other} theme`}>
      {theme === 'dark' ? 'Light' : 'Dark'}
    </button>
  );
}

function TokenQuestion({ enter }: { readonly enter: (token: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="veil" role="dialog" aria-modal="true" aria-labelledby="token-title">
      <form
        class="card pad stack"
        onSubmit={event => {
          event.preventDefault();
          enter(field.current?.value ?? '');
        }}
      >
        <h2 id="token-title">This server asks for a token</h2>
        <p class="soft">
          It was started with <code>ROLECALL_ADMIN_TOKEN</code>. The token is kept until this tab is closed.
        </p>
        <div class="field">
          <label for="admin-token">Administrator’s token</label>
          <input id="admin-token" class="input mono" type="password" autocomplete="off" ref={field} required />
        </div>
        <button type="submit" class="button first">
          Continue
        </button>
      </form>
    </div>
  );
}
