# GitHub Actions without stored keys: the provider, with or without a thumbprint, and a role for one branch.
variable "branch" {
  type    = string
  default = "main"
}

variable "thumbprints" {
  type    = list(string)
  default = null
}

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = var.thumbprints
}

resource "aws_iam_role" "pipeline" {
  name        = "pipeline"
  description = "What the pipeline of octo-repo may do on ${var.branch}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:octo-org/octo-repo:ref:refs/heads/${var.branch}"
        }
      }
    }]
  })

  tags = { branch = var.branch }
}

output "role_arn" { value = aws_iam_role.pipeline.arn }
