# Provider settings of every scenario: Rolecall's endpoint for both services, and the administrator's access key.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }

provider "aws" {
  region     = "us-east-1"
  access_key = "test"
  secret_key = "test"

  endpoints {
    sts = var.endpoint
    iam = var.endpoint
  }
}
