/** The issuers: who mints, under which name, and where discovery stands. */
import { useMemo, useState } from 'preact/hooks';
import type { IssuerView } from '../api/words.ts';
import { addressOf } from '../model/route.ts';
import { useAnswer, useFocusWhenAlone } from '../parts/loading.ts';
import { Badge, Outside } from '../parts/text.tsx';
import { Keys, Mint } from './minting.tsx';

export function Issuers({ rest }: { readonly rest: string | undefined }) {
  const { value, failure, again } = useAnswer<{ issuers: readonly IssuerView[] }>('/issuers');
  const [words, setWords] = useState('');
  const issuers = value?.issuers ?? [];
  const shown = useMemo(() => {
    const wanted = words.toLowerCase();
    return issuers.filter(one => `${one.id} ${one.title ?? ''} ${one.issuer}`.toLowerCase().includes(wanted));
  }, [issuers, words]);
  const chosen = issuers.find(one => one.id === rest);
  const opened = useFocusWhenAlone(chosen?.id);
  return (
    <>
      <div class="title">
        <h1>Issuers</h1>
        <p>Who mints tokens here. Each signs with keys of its own and says the real issuer’s name.</p>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div class={`columns list-first ${chosen === undefined ? '' : 'chosen'}`}>
        <section class="card list-side sticky" aria-label="All issuers">
          <div class="pad">
            <input
              class="input"
              type="search"
              aria-label="Search issuers"
              placeholder="GitHub, gitlab.com …"
              value={words}
              onInput={event => setWords(event.currentTarget.value)}
            />
          </div>
          <ul class="entries">
            {shown.map(one => (
              <li key={one.id}>
                <a
                  class="entry plain"
                  href={addressOf('issuers', one.id)}
                  aria-current={one === chosen ? 'true' : undefined}
                >
                  <span class="what">
                    <Outside text={one.title ?? one.id} most={100} />
                  </span>
                  {one.declared === true ? <Badge>declared</Badge> : <span />}
                  <span class="because">
                    <Outside text={one.issuer} most={160} />
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
        <div class="stack opened" ref={opened} tabIndex={-1}>
          {chosen === undefined ? (
            <section class="card empty wide-only">
              <p>Choose an issuer to see its keys and to mint a token.</p>
            </section>
          ) : (
            <Issuer key={chosen.id} issuer={chosen} changed={again} />
          )}
        </div>
      </div>
    </>
  );
}

function Issuer({ issuer, changed }: { readonly issuer: IssuerView; readonly changed: () => void }) {
  const { id, title, source, alg, discoveryPath, jwksPath, unconfirmed } = issuer;
  return (
    <>
      <a class="button back" href={addressOf('issuers')}>
        ← All issuers
      </a>
      <section class="card pad stack" aria-label="Issuer">
        <h2>
          <Outside text={title ?? id} />
        </h2>
        <dl class="facts">
          <dt>iss</dt>
          <dd>
            <Outside text={issuer.issuer} />
          </dd>
          <dt>id</dt>
          <dd>
            <Outside text={id} />
          </dd>
          <dt>keys come from</dt>
          <dd class="sans">{source === 'hosted' ? 'this server' : source}</dd>
          {alg !== undefined && (
            <>
              <dt>algorithm</dt>
              <dd>{alg}</dd>
            </>
          )}
          {discoveryPath !== undefined && (
            <>
              <dt>discovery</dt>
              <dd>
                <a href={discoveryPath}>{discoveryPath}</a>
              </dd>
            </>
          )}
          {jwksPath !== undefined && (
            <>
              <dt>key set</dt>
              <dd>
                <a href={jwksPath}>{jwksPath}</a>
              </dd>
            </>
          )}
        </dl>
        {unconfirmed !== undefined && unconfirmed.length > 0 && (
          <details class="small">
            <summary>Not confirmed against the real issuer</summary>
            <ul class="why">
              {unconfirmed.map(sentence => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </details>
        )}
      </section>
      {source === 'hosted' && (
        <>
          <Keys id={id} jwksPath={jwksPath} changed={changed} />
          <Mint id={id} />
        </>
      )}
    </>
  );
}
