/** What is done with a hosted issuer: its keys looked at and rotated, tokens minted, with faults if wanted. */
import { useEffect, useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import type { Jwk, Minted } from '../api/words.ts';
import { faults } from '../model/faults.ts';
import { Badge, Copy, Outside } from '../parts/text.tsx';

interface KeysProps {
  readonly id: string;
  readonly jwksPath: string | undefined;
  readonly changed: () => void;
}

export function Keys({ id, jwksPath, changed }: KeysProps) {
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

export function Mint({ id }: { readonly id: string }) {
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
