# GitLab CI with custom audiences: each environment requests its audience and assumes the role of the same name.
variable "environments" {
  type    = list(string)
  default = ["staging", "production"]
}

variable "project" {
  type    = string
  default = "octo-group/octo-project"
}

locals {
  audiences = { for name in var.environments : name => "https://${name}.example.com" }
}

resource "aws_iam_openid_connect_provider" "gitlab" {
  url            = "https://gitlab.com"
  client_id_list = values(local.audiences)
}

data "aws_iam_policy_document" "trust" {
  for_each = local.audiences

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.gitlab.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "gitlab.com:aud"
      values   = [each.value]
    }

    condition {
      test     = "StringLike"
      variable = "gitlab.com:sub"
      values   = ["project_path:${var.project}:ref_type:branch:ref:*"]
    }
  }
}

resource "aws_iam_role" "environment" {
  for_each = local.audiences

  name               = "gitlab-${each.key}"
  path               = "/ci/"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

output "role_arns" { value = { for name, role in aws_iam_role.environment : name => role.arn } }
