/** The token form of the playground: issuer, audience, claims, and the role and session of the call. */
import { useState } from 'preact/hooks';
import { contextKey } from '../../policy/index.ts';
import type { IssuerView, MintedToken } from '../api/types.ts';
import { Badge, UntrustedText } from '../components/text.tsx';
import { claimText, textOf } from '../model/claim-values.ts';
import { audienceFor, prefixOf, type Setup } from '../model/setup.ts';

interface Props {
  readonly issuers: readonly IssuerView[];
  readonly issuer: IssuerView | undefined;
  readonly setup: Setup;
  readonly change: (part: Partial<Setup>) => void;
  readonly choose: (issuer: string) => void;
  readonly minted: MintedToken | undefined;
  readonly failure: string | undefined;
}

export function TokenForm({ issuers, issuer, setup, change, choose, minted, failure }: Props) {
  const claim = (name: string, text: string | undefined): void => {
    const { [name]: _, ...others } = setup.claims;
    change({ claims: text === undefined || text === '' ? others : { ...others, [name]: text } });
  };
  const fields = issuer?.form?.fields ?? [];
  const named = new Set(fields.map(field => field.name));
  const more = Object.entries(setup.claims).filter(([name]) => !named.has(name));
  return (
    <section class="card pad stack" aria-label="Token">
      <h2>Token</h2>
      <div class="fields">
        <div class="field wide">
          <label for="issuer">Issuer</label>
          <select id="issuer" class="input" value={setup.issuer} onChange={event => choose(event.currentTarget.value)}>
            {issuers.map(one => (
              <option key={one.id} value={one.id}>
                {one.title ?? one.id}
              </option>
            ))}
          </select>
        </div>
        {fields.map(({ name, title, hint, type }) =>
          type === 'yes-no' ? (
            <label key={name} class="choice">
              <input
                type="checkbox"
                checked={claimText(setup.claims, name) === 'true'}
                onChange={event => claim(name, event.currentTarget.checked ? 'true' : undefined)}
              />
              {title}
            </label>
          ) : (
            <TextField
              key={name}
              id={`claim-${name}`}
              title={title}
              hint={name === 'sub' ? textOf(minted?.claims['sub'] ?? hint) : hint}
              value={claimText(setup.claims, name)}
              change={text => claim(name, text)}
            />
          ),
        )}
        <TextField
          id="audience"
          title="Audience"
          hint={audienceFor(issuer)}
          value={setup.audience}
          change={audience => change({ audience })}
        />
        {more.map(([name, text]) => (
          <div key={name} class="field">
            <label for={`claim-${name}`}>
              <UntrustedText text={name} maxLength={60} />
            </label>
            <div class="row">
              <input
                id={`claim-${name}`}
                class="input mono"
                value={text}
                onInput={event => change({ claims: { ...setup.claims, [name]: event.currentTarget.value } })}
              />
              <button type="button" class="button plain" onClick={() => claim(name, undefined)}>
                Remove<span class="visually-hidden"> {name}</span>
              </button>
            </div>
          </div>
        ))}
      </div>
      <AddClaim add={name => change({ claims: { ...setup.claims, [name]: claimText(setup.claims, name) } })} />
      {failure !== undefined && (
        <p class="note bad" role="alert">
          <UntrustedText text={failure} maxLength={600} />
        </p>
      )}
      {minted !== undefined && <Claims minted={minted} />}
      <h2>Call</h2>
      <div class="fields">
        <div class="field wide">
          <label for="role-arn">Role</label>
          <input
            id="role-arn"
            class="input mono"
            value={setup.roleArn}
            onInput={event => change({ roleArn: event.currentTarget.value })}
          />
        </div>
        <TextField
          id="session-name"
          title="Session name"
          hint="playground"
          value={setup.sessionName}
          change={sessionName => change({ sessionName })}
        />
        <TextField
          id="client-ids"
          title="Provider client IDs"
          hint={audienceFor(issuer)}
          value={setup.clientIds}
          change={clientIds => change({ clientIds })}
        />
      </div>
    </section>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly value: string;
  readonly change: (text: string) => void;
}

function TextField({ id, title, hint, value, change }: TextFieldProps) {
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        class="input mono"
        value={value}
        placeholder={hint}
        autocomplete="off"
        spellcheck={false}
        onInput={event => change(event.currentTarget.value)}
      />
    </div>
  );
}

function AddClaim({ add }: { readonly add: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault();
        const claimName = name.trim();
        if (claimName !== '' && claimName !== '__proto__') add(claimName);
        setName('');
      }}
    >
      <label class="visually-hidden" for="more-claim">
        Claim name
      </label>
      <div class="field">
        <input
          id="more-claim"
          class="input mono"
          placeholder="claim name, e.g. sub"
          value={name}
          onInput={event => setName(event.currentTarget.value)}
        />
      </div>
      <button type="submit" class="button">
        Add claim
      </button>
    </form>
  );
}

/** The claims of the minted token; claims that AWS provides as condition keys are marked. */
function Claims({ minted }: { readonly minted: MintedToken }) {
  const prefix = prefixOf(minted.issuer);
  return (
    <div class="stack tight">
      <h2>
        Claims <span class="muted small">as minted</span>
      </h2>
      <section class="plain-text" tabIndex={0} aria-label="Claims as minted">
        <dl class="properties">
          {Object.entries(minted.claims).map(([name, value]) => (
            <ClaimRow key={name} name={name} value={value} isKey={contextKey(`${prefix}:${name}`) !== undefined} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function ClaimRow({ name, value, isKey }: { readonly name: string; readonly value: unknown; readonly isKey: boolean }) {
  return (
    <>
      <dt>
        <UntrustedText text={name} maxLength={80} />
      </dt>
      <dd>
        <UntrustedText text={typeof value === 'string' ? value : JSON.stringify(value)} />{' '}
        {isKey && <Badge tone="good">condition key</Badge>}
      </dd>
    </>
  );
}
