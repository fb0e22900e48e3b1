# A user with an access key and no permissions, and the role for S3 that only this user can assume.
variable "hours" {
  type    = number
  default = 1
}

resource "aws_iam_user" "analyst" {
  name          = "analyst"
  path          = "/people/"
  force_destroy = true
}

resource "aws_iam_access_key" "analyst" {
  user = aws_iam_user.analyst.name
}

resource "aws_iam_role" "storage" {
  name                 = "storage"
  max_session_duration = var.hours * 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = aws_iam_user.analyst.arn }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "storage" {
  role       = aws_iam_role.storage.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
}

output "role_arn" { value = aws_iam_role.storage.arn }
output "access_key_id" { value = aws_iam_access_key.analyst.id }

output "secret_access_key" {
  value     = aws_iam_access_key.analyst.secret
  sensitive = true
}
