/** The accounts: providers, roles, users, groups and policies, each policy with what the linter says of it. */
import { useMemo, useState } from 'preact/hooks';
import type { Finding, PolicyKind } from '../../policy/decision.ts';
import { lint } from '../../policy/index.ts';
import { readJson } from '../../policy/json.ts';
import type { AccountView, ProviderView, RoleView, UserView } from '../api/words.ts';
import { useAnswer } from '../parts/loading.ts';
import { PolicyText } from '../parts/policy-text.tsx';
import { Badge, Outside, type Tone } from '../parts/text.tsx';
import { Findings } from '../parts/verdict.tsx';

export function Accounts() {
  const { value, failure, again } = useAnswer<{ accounts: readonly AccountView[] }>('/accounts');
  const accounts = value?.accounts ?? [];
  const [chosen, setChosen] = useState<string>();
  const account = accounts.find(one => one.account === chosen) ?? accounts.find(holdsSomething) ?? accounts[0];
  return (
    <>
      <div class="title">
        <h1>Accounts</h1>
        <p>What is declared in each, and what the linter says of its policies.</p>
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

const holdsSomething = ({ roles, providers }: AccountView): boolean => roles.length + providers.length > 0;

function Contents({ account }: { readonly account: AccountView }) {
  const { providers, roles, users, groups, policies } = account;
  const none = [
    ...(groups.length === 0 ? ['groups'] : []),
    ...(policies.length === 0 ? ['managed policies of its own'] : []),
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
              <div key={policy.arn} class="holder stack tight">
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
              <div key={group.arn} class="holder stack tight">
                <Name name={group.name} arn={group.arn} />
                <HeldPolicies holder={group} />
              </div>
            ))}
          </Group>
        )}
        {none !== '' && (
          <p class="soft small">
            Account {account.account} has no {none}.
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
      {count === 0 ? <p class="soft">There are none.</p> : <div>{children}</div>}
    </section>
  );
}

function Name({ name, arn }: { readonly name: string; readonly arn: string }) {
  return (
    <div>
      <h3>
        <Outside text={name} most={200} />
      </h3>
      <code class="soft">
        <Outside text={arn} most={600} />
      </code>
    </div>
  );
}

function Role({ role }: { readonly role: RoleView }) {
  return (
    <div class="holder stack tight">
      <Name name={role.name} arn={role.arn} />
      <Policy title="Trust policy" text={role.trust} kind="trust" />
      <HeldPolicies holder={role} />
    </div>
  );
}

function Provider({ provider: { arn, issuer, clientIds } }: { readonly provider: ProviderView }) {
  return (
    <div class="holder stack tight">
      <Name name={issuer} arn={arn} />
      <div class="row small">
        <span class="soft">Client ids</span>
        {clientIds.map(id => (
          <Badge key={id}>
            <Outside text={id} most={120} />
          </Badge>
        ))}
        {clientIds.length === 0 && <Badge tone="warn">none: every token is refused</Badge>}
      </div>
    </div>
  );
}

function User({ user }: { readonly user: UserView }) {
  return (
    <div class="holder stack tight">
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
      <HeldPolicies holder={user} />
    </div>
  );
}

function HeldPolicies({ holder: { inline, attached } }: { readonly holder: Pick<RoleView, 'inline' | 'attached'> }) {
  return (
    <>
      {inline.map(policy => (
        <Policy key={policy.name} title={policy.name} text={policy.document} kind="identity" />
      ))}
      {attached.length > 0 && (
        <div class="row small">
          <span class="soft">Attached</span>
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
  const findings = useMemo(() => lint(text, kind), [text, kind]);
  const read = useMemo(() => readJson(text), [text]);
  const [open, setOpen] = useState(false);
  const worst = findings[0]?.severity;
  return (
    <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <Outside text={title} most={160} />{' '}
        {worst === undefined ? (
          <Badge tone="good">nothing to remark</Badge>
        ) : (
          <Badge tone={tones[worst]}>
            {findings.length} {findings.length === 1 ? 'remark' : 'remarks'}
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
                .map(one => ({ pointer: one.path, ok: true, noted: true, title: one.message }))}
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
