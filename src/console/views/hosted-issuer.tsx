/** Actions for a hosted issuer: list and rotate its keys, and mint tokens, optionally with token defects. */
import { useEffect, useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
import type { Jwk, MintedToken } from '../api/types.ts';
import { Badge, CopyButton, UntrustedText } from '../components/text.tsx';
import { tokenDefects } from '../model/token-defects.ts';

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
    publishedKeys(jwksPath).then(setKeys, (error: unknown) => setFailure(errorMessage(error)));
  }, [jwksPath]);
  const rotate = async (): Promise<void> => {
    try {
      const path = `/issuers/${encodeURIComponent(id)}/keys/rotate`;
      const answer = await call<{ keys: readonly Jwk[] }>('POST', path, { keepOld });
      setKeys(answer.keys);
      setFailure(undefined);
      changed();
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <section class="card pad stack" aria-label="Keys">
      <div class="row spread">
        <h2>Keys</h2>
        <div class="row">
          <label class="choice">
            <input type="checkbox" checked={keepOld} onChange={event => setKeepOld(event.currentTarget.checked)} />
            keep publishing old keys
          </label>
          <button type="button" class="button" onClick={() => void rotate()}>
            Rotate
          </button>
        </div>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div role="status">
        {keys !== undefined && (
          <ul class="explanation">
            {keys.map(key => (
              <li key={key.kid}>
                <code>
                  <UntrustedText text={key.kid ?? 'no kid'} maxLength={120} />
                </code>{' '}
                <span class="muted">
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

/** The keys that the issuer publishes now, from its JWKS URL. */
async function publishedKeys(path: string): Promise<readonly Jwk[]> {
  const answer = await fetch(path);
  const { keys } = (await answer.json()) as { keys: readonly Jwk[] };
  return keys;
}

export function Mint({ id }: { readonly id: string }) {
  const [audience, setAudience] = useState('sts.amazonaws.com');
  const [claims, setClaims] = useState('{}');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [minted, setMinted] = useState<MintedToken>();
  const [failure, setFailure] = useState<string>();
  const mint = async (): Promise<void> => {
    try {
      const body = { issuer: id, audience, claims: JSON.parse(claims) as unknown, faults: chosen };
      setMinted(await call<MintedToken>('POST', '/tokens', body));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof SyntaxError ? 'The claims are not valid JSON.' : errorMessage(error));
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
            <label for="mint-claims">Claims (JSON)</label>
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
            Token defects{' '}
            {chosen.length > 0 && (
              <Badge tone="warn">{chosen.length === 1 ? chosen[0] : `${chosen.length} selected`}</Badge>
            )}
          </summary>
          <div class="fields">
            {tokenDefects.map(({ name, description }) => (
              <label key={name} class="choice" title={description}>
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
        <ul class="explanation small">
          {tokenDefects
            .filter(({ name }) => chosen.includes(name))
            .map(({ name, description }) => (
              <li key={name}>
                {name}: {description}
              </li>
            ))}
        </ul>
        <div>
          <button type="submit" class="button primary">
            Mint
          </button>
        </div>
      </form>
      <div role="status" class="stack">
        {failure !== undefined && (
          <p class="note bad">
            <UntrustedText text={failure} maxLength={600} />
          </p>
        )}
        {minted !== undefined && (
          <>
            <div class="row spread">
              <h3>Token</h3>
              <CopyButton text={minted.token}>Copy token</CopyButton>
            </div>
            <section class="plain-text mono" tabIndex={0} aria-label="Token">
              {minted.token}
            </section>
            <section class="plain-text mono" tabIndex={0} aria-label="Decoded token">
              {JSON.stringify({ header: minted.header, claims: minted.claims }, null, 2)}
            </section>
          </>
        )}
      </div>
    </section>
  );
}
