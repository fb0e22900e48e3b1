/** The Accounts view: providers, roles, users, groups and policies, with the lint findings of each policy. */
import { useMemo, useState } from 'preact/hooks';
import type { Finding, PolicyKind } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import type { AccountView, ProviderView, RoleView, UserView } from '../api/types.ts';
import { useApi } from '../components/hooks.ts';
import { PolicyText } from '../components/policy-text.tsx';
import { Badge, type Tone, UntrustedText } from '../components/text.tsx';
import { useFindings } from '../components/use-findings.ts';
import { Findings } from '../components/verdict.tsx';

export function Accounts() {
  const { value, failure, again } = useApi<{ accounts: readonly AccountView[] }>('/accounts');
  const accounts = value?.accounts ?? [];
  const [chosen, setChosen] = useState<string>();
  const account = accounts.find(one => one.account === chosen) ?? accounts.find(hasResources) ?? accounts[0];
  return (
    <>
      <div class="title">
        <h1>Accounts</h1>
        <p>The IAM resources of each account, with lint findings for every policy.</p>
        <button type="button" class="button plain" onClick={again}>
          Refresh
        </button>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      {accounts.length > 1 && (
        <fieldset class="segments" aria-label="Account">
          {accounts.map(one => (
            <button
              key={one.account}
              type="button"
              aria-pressed={one === account}
              onClick={() => setChosen(one.account)}
            >
              {one.account}
            </button>
          ))}
        </fieldset>
      )}
      {account !== undefined && <Contents key={account.account} account={account} />}
    </>
  );
}

const hasResources = ({ roles, providers }: AccountView): boolean => roles.length + providers.length > 0;

function Contents({ account }: { readonly account: AccountView }) {
  const { providers, roles, users, groups, policies } = account;
  const missing = [
    ...(groups.length === 0 ? ['groups'] : []),
    ...(policies.length === 0 ? ['customer managed policies'] : []),
  ].join(' and no ');
  return (
    <div class="columns even">
      <div class="stack">
        <Group title="Roles" count={roles.length}>
          {roles.map(role => (
            <Role key={role.arn} role={role} />
          ))}
        </Group>
        {policies.length > 0 && (
          <Group title="Managed policies" count={policies.length}>
            {policies.map(policy => (
              <div key={policy.arn} class="resource stack tight">
                <Name name={policy.name} arn={policy.arn} />
                <Policy title="Document" text={policy.document} kind="identity" />
              </div>
            ))}
          </Group>
        )}
      </div>
      <div class="stack">
        <Group title="OIDC providers" count={providers.length}>
          {providers.map(provider => (
            <Provider key={provider.arn} provider={provider} />
          ))}
        </Group>
        <Group title="Users" count={users.length}>
          {users.map(user => (
            <User key={user.arn} user={user} />
          ))}
        </Group>
        {groups.length > 0 && (
          <Group title="Groups" count={groups.length}>
            {groups.map(group => (
              <div key={group.arn} class="resource stack tight">
                <Name name={group.name} arn={group.arn} />
                <AttachedPolicies owner={group} />
              </div>
            ))}
          </Group>
        )}
        {missing !== '' && (
          <p class="muted small">
            Account {account.account} has no {missing}.
          </p>
        )}
      </div>
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly count: number;
  readonly children: preact.ComponentChildren;
}

function Group({ title, count, children }: GroupProps) {
  return (
    <section class="card pad stack" aria-label={title}>
      <div class="row">
        <h2>{title}</h2>
        <Badge>{count}</Badge>
      </div>
      {count === 0 ? <p class="muted">None.</p> : <div>{children}</div>}
    </section>
  );
}

function Name({ name, arn }: { readonly name: string; readonly arn: string }) {
  return (
    <div>
      <h3>
        <UntrustedText text={name} maxLength={200} />
      </h3>
      <code class="muted">
        <UntrustedText text={arn} maxLength={600} />
      </code>
    </div>
  );
}

function Role({ role }: { readonly role: RoleView }) {
  return (
    <div class="resource stack tight">
      <Name name={role.name} arn={role.arn} />
      <Policy title="Trust policy" text={role.trust} kind="trust" />
      <AttachedPolicies owner={role} />
    </div>
  );
}

function Provider({ provider: { arn, issuer, clientIds } }: { readonly provider: ProviderView }) {
  return (
    <div class="resource stack tight">
      <Name name={issuer} arn={arn} />
      <div class="row small">
        <span class="muted">Client IDs</span>
        {clientIds.map(id => (
          <Badge key={id}>
            <UntrustedText text={id} maxLength={120} />
          </Badge>
        ))}
        {clientIds.length === 0 && <Badge tone="warn">none: AWS rejects every token</Badge>}
      </div>
    </div>
  );
}

function User({ user }: { readonly user: UserView }) {
  return (
    <div class="resource stack tight">
      <Name name={user.name} arn={user.arn} />
      {(user.groups.length > 0 || user.keys.length > 0) && (
        <div class="row small">
          {user.groups.map(group => (
            <Badge key={group}>group {group}</Badge>
          ))}
          {user.keys.map(key => (
            <Badge key={key.id} tone={key.active ? '' : 'warn'}>
              {key.id} {key.active ? '' : 'inactive'}
            </Badge>
          ))}
        </div>
      )}
      <AttachedPolicies owner={user} />
    </div>
  );
}

function AttachedPolicies({ owner: { inline, attached } }: { readonly owner: Pick<RoleView, 'inline' | 'attached'> }) {
  return (
    <>
      {inline.map(policy => (
        <Policy key={policy.name} title={policy.name} text={policy.document} kind="identity" />
      ))}
      {attached.length > 0 && (
        <div class="row small">
          <span class="muted">Attached</span>
          {attached.map(arn => (
            <Badge key={arn}>{arn.slice(arn.lastIndexOf('/') + 1)}</Badge>
          ))}
        </div>
      )}
    </>
  );
}

const tones: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'warn', info: '' };

function Policy({ title, text, kind }: { readonly title: string; readonly text: string; readonly kind: PolicyKind }) {
  const known = useFindings(text, kind);
  const findings = known ?? [];
  const read = useMemo(() => readJson(text), [text]);
  const [open, setOpen] = useState(false);
  const worst = findings[0]?.severity;
  return (
    <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <UntrustedText text={title} maxLength={160} />{' '}
        {known === undefined ? (
          <Badge>linting …</Badge>
        ) : worst === undefined ? (
          <Badge tone="good">no findings</Badge>
        ) : (
          <Badge tone={tones[worst]}>
            {findings.length} {findings.length === 1 ? 'finding' : 'findings'}
          </Badge>
        )}
      </summary>
      {open && (
        <div class="stack tight">
          <Findings findings={findings} />
          {read.ok ? (
            <PolicyText
              document={read.value}
              marks={findings
                .filter(one => one.path !== '')
                .map(one => ({ pointer: one.path, ok: true, isFinding: true, title: one.message }))}
              label={title}
            />
          ) : (
            <pre class="plain-text">{text}</pre>
          )}
        </div>
      )}
    </details>
  );
}
