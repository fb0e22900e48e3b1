/** What `rolecall init` writes: a configuration with the reasons beside it, by the kind of caller. */

const head = (
  title: string,
): string => `# yaml-language-server: $schema=./node_modules/rolecall/dist/rolecall.schema.json
# ${title}
# Check it:  rolecall config check --config rolecall.yaml
# Run it:    rolecall start --config rolecall.yaml --watch
`;

/** Text by starter. Each declares one provider and one role that trusts one kind of caller. */
export const STARTERS = {
  'github-actions': `${head('GitHub Actions deploys to AWS')}
accounts:
  # The account that test / test administers; use your own number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of GitHub's tokens, and the audience that aws-actions/configure-aws-credentials asks for.
      - url: https://token.actions.githubusercontent.com
        clientIds: [sts.amazonaws.com]
    roles:
      - name: deploy
        # Seconds a session may last at most: 3600 to 43200.
        maxSessionDuration: 3600
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  token.actions.githubusercontent.com:aud: sts.amazonaws.com
                  # Only main of this repository. Pull requests have the subject repo:octo-org/octo-repo:pull_request.
                  token.actions.githubusercontent.com:sub: repo:octo-org/octo-repo:ref:refs/heads/main
        inlinePolicies:
          deploy:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: iam:ListRoles
                Resource: '*'

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/deploy --issuer github-actions \\
#     --claim repository=octo-org/octo-repo --claim ref=refs/heads/main
`,

  'gitlab-ci': `${head('GitLab CI deploys to AWS')}
accounts:
  # The account that test / test administers; use your own number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of gitlab.com's tokens. For a GitLab of your own use its address, and the preset gitlab-ci-self-managed.
      - url: https://gitlab.com
        # What the job says under id_tokens: … aud.
        clientIds: [https://gitlab.com]
    roles:
      - name: deploy
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/gitlab.com
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  gitlab.com:aud: https://gitlab.com
                  # Only main of this project.
                  gitlab.com:sub: project_path:my-group/my-project:ref_type:branch:ref:main

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/deploy --issuer gitlab-ci --audience https://gitlab.com \\
#     --claim project_path=my-group/my-project --claim ref=main
`,

  'eks-irsa': `${head('Pods of an EKS cluster assume roles (IRSA)')}
issuers:
  # The cluster: its iss is what \`aws eks describe-cluster\` calls identity.oidc.issuer.
  my-cluster:
    preset: eks-irsa
    issuer: https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF

accounts:
  # The account that test / test administers; use your own number to test your own ARNs.
  '000000000000':
    oidcProviders:
      - url: https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF
        clientIds: [sts.amazonaws.com]
    roles:
      - name: worker
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud: sts.amazonaws.com
                  # Only this service account of this namespace.
                  oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub: system:serviceaccount:payments:worker

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/worker --issuer my-cluster \\
#     --claim sub=system:serviceaccount:payments:worker
`,

  custom: `${head('An issuer of your own')}
issuers:
  my-issuer:
    # Any https URL; it is never called. Set discoveryUrl instead to fetch the keys of one that runs.
    issuer: https://login.example.com
    # What every token says unless told otherwise.
    claims:
      department: payments

accounts:
  # The account that test / test administers; use your own number to test your own ARNs.
  '000000000000':
    oidcProviders:
      - url: https://login.example.com
        clientIds: [my-application]
    roles:
      - name: application
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/login.example.com
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  login.example.com:aud: my-application
                  login.example.com:sub: alice

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/application --issuer my-issuer --audience my-application \\
#     --claim sub=alice
`,
} as const;

export type Starter = keyof typeof STARTERS;
