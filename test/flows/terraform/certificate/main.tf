# A custom issuer, pinned by the root certificate of its chain, and a role that may pass other roles to two services. The
# policies name the service to which each role may be passed.
variable "issuer" { type = string }

# SHA-1 of the last certificate of the chain, as the tls_certificate data source of the tls provider returns it.
variable "thumbprint" { type = string }

variable "services" {
  type    = list(string)
  default = ["ecs-tasks.amazonaws.com"]
}

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  host    = trimprefix(var.issuer, "https://")
}

resource "aws_iam_openid_connect_provider" "own" {
  url             = var.issuer
  client_id_list  = ["deployer"]
  thumbprint_list = [var.thumbprint]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.own.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.host}:aud"
      values   = ["deployer"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.host}:sub"
      values   = ["service:deployer"]
    }
  }
}

data "aws_iam_policy_document" "pass" {
  statement {
    sid       = "PassTaskRoles"
    actions   = ["iam:PassRole"]
    resources = ["arn:aws:iam::${local.account}:role/task/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = var.services
    }
  }
}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions   = ["ecs:RegisterTaskDefinition", "ecs:UpdateService"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "pass" {
  name        = "pass-task-roles"
  path        = "/deployer/"
  description = "Hand task roles to the services that run them"
  policy      = data.aws_iam_policy_document.pass.json
}

resource "aws_iam_policy" "tasks" {
  name   = "register-tasks"
  path   = "/deployer/"
  policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role" "deployer" {
  name               = "deployer"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "deployer" {
  for_each = { pass = aws_iam_policy.pass.arn, tasks = aws_iam_policy.tasks.arn }

  role       = aws_iam_role.deployer.name
  policy_arn = each.value
}

output "role_arn" { value = aws_iam_role.deployer.arn }
output "pass_arn" { value = aws_iam_policy.pass.arn }
output "account" { value = local.account }
