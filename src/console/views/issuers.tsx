/** The issuers: who mints, with which keys, where discovery stands; minting, with faults, and rotating keys. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import type { IssuerView, Jwk, Minted } from '../api/words.ts';
import { faults } from '../model/faults.ts';
import { addressOf } from '../model/route.ts';
import { useAnswer, useFocusWhenAlone } from '../parts/loading.ts';
import { Badge, Copy, Outside } from '../parts/text.tsx';

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

interface KeysProps {
  readonly id: string;
  readonly jwksPath: string | undefined;
  readonly changed: () => void;
}

function Keys({ id, jwksPath, changed }: KeysProps) {
  const [keys, setKeys] = useState<readonly Jwk[]>();
  const [keepOld, setKeepOld] = useState(true);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (jwksPath === undefined) return;
    publishedKeys(jwksPath).then(setKeys, (error: unknown) => setFailure(sentenceOf(error)));
  }, [jwksPath]);
  const rotate = async (): Promise<void> => {
    try {
      const path = `/issuers/${encodeURIComponent(id)}/keys/rotate`;
      const answer = await call<{ keys: readonly Jwk[] }>('POST', path, { keepOld });
      setKeys(answer.keys);
      setFailure(undefined);
      changed();
    } catch (error) {
      setFailure(sentenceOf(error));
    }
  };
  return (
    <section class="card pad stack" aria-label="Keys">
      <div class="row ends">
        <h2>Keys</h2>
        <div class="row">
          <label class="choice">
            <input type="checkbox" checked={keepOld} onChange={event => setKeepOld(event.currentTarget.checked)} />
            keep publishing the old ones
          </label>
          <button type="button" class="button" onClick={() => void rotate()}>
            Rotate
          </button>
        </div>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div role="status">
        {keys !== undefined && (
          <ul class="why">
            {keys.map(key => (
              <li key={key.kid}>
                <code>
                  <Outside text={key.kid ?? 'no kid'} most={120} />
                </code>{' '}
                <span class="soft">
                  {key.kty} {key.alg}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

/** What the issuer publishes at this moment, read as any verifier reads it. */
async function publishedKeys(path: string): Promise<readonly Jwk[]> {
  const answer = await fetch(path);
  const { keys } = (await answer.json()) as { keys: readonly Jwk[] };
  return keys;
}

function Mint({ id }: { readonly id: string }) {
  const [audience, setAudience] = useState('sts.amazonaws.com');
  const [claims, setClaims] = useState('{}');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [minted, setMinted] = useState<Minted>();
  const [failure, setFailure] = useState<string>();
  const mint = async (): Promise<void> => {
    try {
      const body = { issuer: id, audience, claims: JSON.parse(claims) as unknown, faults: chosen };
      setMinted(await call<Minted>('POST', '/tokens', body));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof SyntaxError ? 'The claims are not JSON yet.' : sentenceOf(error));
    }
  };
  const toggle = (name: string, on: boolean): void =>
    setChosen(old => (on ? [...old, name] : old.filter(one => one !== name)));
  return (
    <section class="card pad stack" aria-label="Mint a token">
      <h2>Mint a token</h2>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void mint();
        }}
      >
        <div class="fields">
          <div class="field">
            <label for="mint-audience">Audience</label>
            <input
              id="mint-audience"
              class="input mono"
              value={audience}
              onInput={event => setAudience(event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for="mint-claims">Claims, as JSON</label>
            <input
              id="mint-claims"
              class="input mono"
              value={claims}
              onInput={event => setClaims(event.currentTarget.value)}
            />
          </div>
        </div>
        <details>
          <summary>
            Faults{' '}
            {chosen.length > 0 && (
              <Badge tone="warn">{chosen.length === 1 ? chosen[0] : `${chosen.length} chosen`}</Badge>
            )}
          </summary>
          <div class="fields">
            {faults.map(({ name, says }) => (
              <label key={name} class="choice" title={says}>
                <input
                  type="checkbox"
                  checked={chosen.includes(name)}
                  onChange={event => toggle(name, event.currentTarget.checked)}
                />
                {name}
              </label>
            ))}
          </div>
        </details>
        <ul class="why small">
          {faults
            .filter(({ name }) => chosen.includes(name))
            .map(({ name, says }) => (
              <li key={name}>
                {name}: {says}
              </li>
            ))}
        </ul>
        <div>
          <button type="submit" class="button first">
            Mint
          </button>
        </div>
      </form>
      <div role="status" class="stack">
        {failure !== undefined && (
          <p class="note bad">
            <Outside text={failure} most={600} />
          </p>
        )}
        {minted !== undefined && (
          <>
            <div class="row ends">
              <h3>Token</h3>
              <Copy text={minted.token}>Copy the token</Copy>
            </div>
            <section class="plain-text mono" tabIndex={0} aria-label="The token">
              {minted.token}
            </section>
            <section class="plain-text mono" tabIndex={0} aria-label="What the token says">
              {JSON.stringify({ header: minted.header, claims: minted.claims }, null, 2)}
            </section>
          </>
        )}
      </div>
    </section>
  );
}
