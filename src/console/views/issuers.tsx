/** The Issuers view: the list of issuers, and the name, keys and discovery URL of the selected one. */
import { useMemo, useState } from 'preact/hooks';
import type { IssuerView } from '../api/types.ts';
import { useApi, useFocusOnOpen } from '../components/hooks.ts';
import { Badge, UntrustedText } from '../components/text.tsx';
import { addressOf } from '../model/route.ts';
import { Keys, Mint } from './hosted-issuer.tsx';

export function Issuers({ rest }: { readonly rest: string | undefined }) {
  const { value, failure, again } = useApi<{ issuers: readonly IssuerView[] }>('/issuers');
  const [searchText, setSearchText] = useState('');
  const issuers = value?.issuers ?? [];
  const shown = useMemo(() => {
    const query = searchText.toLowerCase();
    return issuers.filter(one => `${one.id} ${one.title ?? ''} ${one.issuer}`.toLowerCase().includes(query));
  }, [issuers, searchText]);
  const chosen = issuers.find(one => one.id === rest);
  const opened = useFocusOnOpen(chosen?.id);
  return (
    <>
      <div class="title">
        <h1>Issuers</h1>
        <p>
          The issuers that this server knows. A hosted issuer signs tokens with the real issuer’s name and its own keys.
        </p>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div class={`columns list-first ${chosen === undefined ? '' : 'has-selection'}`}>
        <section class="card list-side sticky" aria-label="Issuers">
          <div class="pad">
            <input
              class="input"
              type="search"
              aria-label="Search issuers"
              placeholder="GitHub, gitlab.com …"
              value={searchText}
              onInput={event => setSearchText(event.currentTarget.value)}
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
                  <span class="summary">
                    <UntrustedText text={one.title ?? one.id} maxLength={100} />
                  </span>
                  {one.declared === true ? <Badge>declared</Badge> : <span />}
                  <span class="reason">
                    <UntrustedText text={one.issuer} maxLength={160} />
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
        <div class="stack detail-pane" ref={opened} tabIndex={-1}>
          {chosen === undefined ? (
            <section class="card empty wide-only">
              <p>Select an issuer to see its keys and to mint a token.</p>
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
          <UntrustedText text={title ?? id} />
        </h2>
        <dl class="properties">
          <dt>iss</dt>
          <dd>
            <UntrustedText text={issuer.issuer} />
          </dd>
          <dt>ID</dt>
          <dd>
            <UntrustedText text={id} />
          </dd>
          <dt>key source</dt>
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
            <summary>Not verified against the real issuer</summary>
            <ul class="explanation">
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
