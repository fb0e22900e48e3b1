# What every walk needs to reach Rolecall: an endpoint for each of the two services, and the administrator's key.
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
