// Package crmtest tries the CRM's use cases against real databases. crm itself knows no database, and its own tests none either.
package crmtest
