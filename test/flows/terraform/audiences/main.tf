# An older configuration: a trust policy of version 2008-10-17 for a whole organization, a deployment policy that lists each
# resource, and audiences added one after the other.
variable "audiences" {
  type    = list(string)
  default = ["sts.amazonaws.com"]
}

variable "functions" {
  type    = number
  default = 40
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = var.audiences
}

resource "aws_iam_role" "deployment" {
  name                 = "deployment"
  max_session_duration = 7200

  assume_role_policy = jsonencode({
    Version = "2008-10-17"
    Statement = [{
      Sid       = "Organisation"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Condition = {
        "ForAnyValue:StringEquals" = { "token.actions.githubusercontent.com:aud" = var.audiences }
        StringLike                 = { "token.actions.githubusercontent.com:sub" = "repo:octo-org/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "deployment" {
  name = "deployment"
  role = aws_iam_role.deployment.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DescribeStacks"]
          Resource = "arn:aws:cloudformation:*:*:stack/octo-*"
        },
        {
          Effect   = "Deny"
          Action   = "cloudformation:DeleteStack"
          Resource = "*"
        },
      ],
      [for number in range(var.functions) : {
        Sid      = "Function${number}"
        Effect   = "Allow"
        Action   = ["lambda:UpdateFunctionCode", "lambda:PublishVersion", "lambda:GetFunction"]
        Resource = "arn:aws:lambda:eu-west-1:000000000000:function:octo-${number}"
      }],
    )
  })
}

output "role_arn" { value = aws_iam_role.deployment.arn }
