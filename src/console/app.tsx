/** The frame of the console: navigation, the current view, the theme, and the prompt for the admin token. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onTokenRequired, storeToken } from './api/client.ts';
import { useRoute } from './components/hooks.ts';
import { addressOf, type ViewId, views } from './model/route.ts';
import { Accounts } from './views/accounts.tsx';
import { Clock } from './views/clock.tsx';
import { Decisions } from './views/decisions.tsx';
import { InjectedFaults } from './views/injected-faults.tsx';
import { Issuers } from './views/issuers.tsx';
import { Lessons } from './views/lessons.tsx';
import { Playground } from './views/playground.tsx';

const mark = new URL('./mark.svg', import.meta.url).href;

const pages: Readonly<Record<ViewId, ComponentType<{ readonly rest: string | undefined }>>> = {
  decisions: Decisions,
  playground: Playground,
  lessons: Lessons,
  accounts: Accounts,
  issuers: Issuers,
  clock: Clock,
  faults: InjectedFaults,
};

export function App() {
  const { view, rest } = useRoute();
  const [prompting, setPrompting] = useState(false);
  const [tokenCount, setTokenCount] = useState(0);
  const page = useRef<HTMLElement>(null);
  const Page = pages[view];
  const title = views.find(one => one.id === view)?.title ?? '';
  useEffect(() => onTokenRequired(() => setPrompting(true)), []);
  useEffect(() => {
    document.title = `${title} · Rolecall`;
    // On a narrow screen the navigation scrolls: keep the current entry visible.
    document.querySelector('nav a[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [title]);
  const enter = (token: string): void => {
    storeToken(token);
    setPrompting(false);
    // The new key remounts the view, which repeats its requests with the token.
    setTokenCount(old => old + 1);
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
        <Page key={`${view} ${tokenCount}`} rest={rest} />
      </main>
      {prompting && <TokenPrompt enter={enter} />}
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

function TokenPrompt({ enter }: { readonly enter: (token: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="overlay" role="dialog" aria-modal="true" aria-labelledby="token-title">
      <form
        class="card pad stack"
        onSubmit={event => {
          event.preventDefault();
          enter(field.current?.value ?? '');
        }}
      >
        <h2 id="token-title">Admin token required</h2>
        <p class="muted">
          This server was started with <code>ROLECALL_ADMIN_TOKEN</code>. Your browser keeps the token until you close
          this tab.
        </p>
        <div class="field">
          <label for="admin-token">Admin token</label>
          <input id="admin-token" class="input mono" type="password" autocomplete="off" ref={field} required />
        </div>
        <button type="submit" class="button primary">
          Continue
        </button>
      </form>
    </div>
  );
}
