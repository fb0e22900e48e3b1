/** The configurations that `rolecall init` writes, without their first lines: one commented text for each type of workload. */
import type { Starter } from './row.ts';

// Each declares one OIDC provider and one role that trusts one type of workload.

export const GITHUB_STARTER: Starter = {
  title: 'GitHub Actions deploys to AWS',
  text: `accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of GitHub's tokens, and the audience that aws-actions/configure-aws-credentials requests.
      - url: \${iss}
        clientIds: [\${audience}]
    roles:
      - name: deploy
        # Maximum session duration in seconds: 3600 to 43200.
        maxSessionDuration: 3600
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/\${provider}
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  \${provider}:aud: \${audience}
                  # Only the main branch of this repository. Pull requests have the subject repo:octo-org/octo-repo:pull_request.
                  \${provider}:sub: repo:octo-org/octo-repo:ref:refs/heads/main
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
};

export const GITLAB_STARTER: Starter = {
  title: 'GitLab CI deploys to AWS',
  text: `accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
  '000000000000':
    oidcProviders:
      # The iss of gitlab.com's tokens. For a self-managed GitLab, use its URL and the preset gitlab-ci-self-managed.
      - url: \${iss}
        # The aud under id_tokens in the CI job.
        clientIds: [\${audience}]
    roles:
      - name: deploy
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal:
                Federated: arn:aws:iam::000000000000:oidc-provider/\${provider}
              Action: sts:AssumeRoleWithWebIdentity
              Condition:
                StringEquals:
                  \${provider}:aud: \${audience}
                  # Only the main branch of this project.
                  \${provider}:sub: project_path:my-group/my-project:ref_type:branch:ref:main

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/deploy --issuer gitlab-ci --audience \${audience} \\
#     --claim project_path=my-group/my-project --claim ref=main
`,
};

export const EKS_STARTER: Starter = {
  title: 'Pods of an EKS cluster assume roles (IRSA)',
  text: `issuers:
  # The cluster. Its iss is identity.oidc.issuer in the output of \`aws eks describe-cluster\`.
  my-cluster:
    preset: eks-irsa
    issuer: https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF

accounts:
  # The account of the built-in access key test / test. Use your own account number to test your own ARNs.
  '000000000000':
    oidcProviders:
      - url: https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF
        clientIds: [\${audience}]
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
                  oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud: \${audience}
                  # Only this service account in this namespace.
                  oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub: system:serviceaccount:payments:worker

# Try it:
#   rolecall assume --role arn:aws:iam::000000000000:role/worker --issuer my-cluster \\
#     --claim sub=system:serviceaccount:payments:worker
`,
};

export const CUSTOM_STARTER: Starter = {
  title: 'A custom issuer',
  text: `issuers:
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
};
