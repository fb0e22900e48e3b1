/** The configurations that `rolecall init` writes: one commented text for each type of workload. */

const head = (
  title: string,
): string => `# yaml-language-server: $schema=./node_modules/rolecall/dist/rolecall.schema.json
# ${title}
# Check it:  rolecall config check --config rolecall.yaml
# Run it:    rolecall start --config rolecall.yaml --watch
`;

/** Text by starter. Each declares one OIDC provider and one role that trusts one type of workload. */
export const STARTERS = {
  'github-actions': `${head('GitHub Actions deploys to AWS')}
accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of GitHub's tokens, and the audience that aws-actions/configure-aws-credentials requests.
      - url: https://token.actions.githubusercontent.com
        clientIds: [sts.amazonaws.com]
    roles:
      - name: deploy
        # Maximum session duration in seconds: 3600 to 43200.
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
                  # Only the main branch of this repository. Pull requests have the subject repo:octo-org/octo-repo:pull_request.
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
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of gitlab.com's tokens. For a self-managed GitLab, use its URL and the preset gitlab-ci-self-managed.
      - url: https://gitlab.com
        # The aud under id_tokens in the CI job.
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
                  # Only the main branch of this project.
                  gitlab.com:sub: project_path:my-group/my-project:ref_type:branch:ref:main

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/deploy --issuer gitlab-ci --audience https://gitlab.com \\
#     --claim project_path=my-group/my-project --claim ref=main
`,

  'eks-irsa': `${head('Pods of an EKS cluster assume roles (IRSA)')}
issuers:
  # The cluster. Its iss is identity.oidc.issuer in the output of \`aws eks describe-cluster\`.
  my-cluster:
    preset: eks-irsa
    issuer: https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF

accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
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
                  # Only this service account in this namespace.
                  oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub: system:serviceaccount:payments:worker

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/worker --issuer my-cluster \\
#     --claim sub=system:serviceaccount:payments:worker
`,

  custom: `${head('A custom issuer')}
issuers:
  my-issuer:
    # Any https URL; Rolecall never connects to it. To fetch the keys of a running issuer, set discoveryUrl instead.
    issuer: https://login.example.com
    # Claims that every token contains by default.
    claims:
      department: payments

accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
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
