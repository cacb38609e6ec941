package crm

import "slices"

// Names of standard fields by which lists are filtered and sorted beside those of events.
const (
	FieldPipeline     = "pipeline"
	FieldStageEntered = "stage_entered" // when a deal came into its stage
	FieldRank         = "rank"          // the order of a stage's deals on the board
)

// BoardOrder is that of the deals of one stage on the board, from top to bottom. A list in this order is one of certain stages.
var BoardOrder = Order{Field: Field{Name: FieldRank, Type: TypeNumber, Fixed: true}, Descending: true}

var contactFields = []Field{
	{Name: FieldName, Type: TypeText, Fixed: true},
	{Name: FieldFirstName, Type: TypeText},
	{Name: FieldLastName, Type: TypeText},
	{Name: FieldCompany, Type: TypeText},
	{Name: FieldEmail, Type: TypeEmail},
	{Name: FieldPhone, Type: TypePhone},
	{Name: FieldTaxID, Type: TypeTaxID},
	{Name: FieldOwner, Type: TypeUser},
	{Name: FieldTags, Type: TypeTags},
	{Name: FieldSource, Type: TypeText},
	{Name: FieldStatus, Type: TypeText},
	{Name: FieldPriority, Type: TypeNumber},
	{Name: FieldContacted, Type: TypeBool},
	{Name: FieldMarketable, Type: TypeBool},
	{Name: FieldNotes, Type: TypeLongText},
	{Name: FieldJobTitle, Type: TypeText},
	{Name: FieldAddress, Type: TypeText},
	{Name: FieldCity, Type: TypeText},
	{Name: FieldRegion, Type: TypeText},
	{Name: FieldState, Type: TypeText},
	{Name: FieldCountry, Type: TypeText},
	{Name: FieldBirthDay, Type: TypeNumber},
	{Name: FieldBirthMonth, Type: TypeNumber},
	{Name: FieldBirthYear, Type: TypeNumber},
	{Name: FieldFacebook, Type: TypeText},
	{Name: FieldInstagram, Type: TypeText},
	{Name: FieldLinkedIn, Type: TypeText},
	{Name: FieldTwitter, Type: TypeText},
	{Name: FieldCompanyEmail, Type: TypeEmail},
	{Name: FieldCompanyPhone, Type: TypePhone},
	{Name: FieldWebsite, Type: TypeURL},
	{Name: FieldIndustry, Type: TypeText},
	{Name: FieldAnnualRevenue, Type: TypeMoney},
	{Name: FieldEmployees, Type: TypeNumber},
	{Name: FieldCreated, Type: TypeInstant, Fixed: true},
	{Name: FieldUpdated, Type: TypeInstant, Fixed: true},
}

var dealFields = []Field{
	{Name: FieldName, Type: TypeText},
	{Name: FieldContact, Type: TypeContact},
	{Name: FieldPipeline, Type: TypePipeline},
	{Name: FieldStage, Type: TypeStage},
	{Name: FieldStatus, Type: TypeStatus, Fixed: true},
	{Name: FieldStageEntered, Type: TypeInstant, Fixed: true},
	{Name: FieldOwner, Type: TypeUser},
	{Name: FieldValue, Type: TypeMoney},
	{Name: FieldPriority, Type: TypeNumber},
	{Name: FieldDescription, Type: TypeLongText},
	{Name: FieldCloseReason, Type: TypeText},
	{Name: FieldCreated, Type: TypeInstant, Fixed: true},
	{Name: FieldUpdated, Type: TypeInstant, Fixed: true},
}

// StandardFields returns the fields that contacts or deals have by themselves, in the order in which people see them.
func StandardFields(entity Entity) []Field {
	if entity == EntityContact {
		return slices.Clone(contactFields)
	}
	return slices.Clone(dealFields)
}

// FieldsOf returns the standard fields of an entity and those of custom that are of it and in use.
func FieldsOf(entity Entity, custom []CustomField) []Field {
	fields := StandardFields(entity)
	for _, c := range custom {
		if c.Entity == entity && c.ArchivedAt.IsZero() {
			fields = append(fields, CustomFieldOf(c))
		}
	}
	return fields
}

// CustomFieldOf returns a custom field as one of an entity's fields.
func CustomFieldOf(c CustomField) Field { return Field{Name: c.Key, Type: c.Type, Custom: &c} }

// IsFullName says whether the field is the name of a contact as it is made of others: first name and last name, or company.
func (f Field) IsFullName() bool { return f.Name == FieldName && f.Fixed && f.Custom == nil }

// FieldNamed returns the field with that name (a Field… constant, or a custom field's key), or the custom field that people call so.
func FieldNamed(fields []Field, name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		folded := Fold(name)
		i = slices.IndexFunc(fields, func(f Field) bool { return f.Custom != nil && Fold(f.Custom.Name) == folded })
	}
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// OfContact returns what a contact has in the field: as [Custom] holds it for the field's type, an ID, []ID or time.Time for the types that only standard fields
// have, and for e-mail, phone and tax id the normal forms of all of them, the primary one first. nil: nothing.
func (f Field) OfContact(c *Contact) any {
	if f.Custom != nil {
		return c.Custom[f.Name]
	}
	switch f.Name {
	case FieldName:
		return c.Name()
	case FieldFirstName:
		return c.FirstName
	case FieldLastName:
		return c.LastName
	case FieldCompany:
		return c.Company
	case FieldSource:
		return c.Source
	case FieldEmail:
		return c.normalForms(IdentityEmail)
	case FieldPhone:
		return c.normalForms(IdentityPhone)
	case FieldTaxID:
		return c.normalForms(IdentityTaxID)
	case FieldOwner:
		return c.OwnerID
	case FieldTags:
		return c.Tags
	case FieldCreated:
		return c.CreatedAt
	case FieldUpdated:
		return c.UpdatedAt
	}
	return c.Details[f.Name]
}

func (c *Contact) normalForms(kind IdentityKind) []string {
	var all []string
	for _, i := range c.Identities {
		if i.Kind == kind {
			all = append(all, i.Normalized)
		}
	}
	return all
}

// OfDeal does the same for a deal; its value is an int64 of minor units, whatever their currency.
func (f Field) OfDeal(d *Deal) any {
	if f.Custom != nil {
		return d.Custom[f.Name]
	}
	switch f.Name {
	case FieldName:
		return d.Name
	case FieldContact:
		return d.ContactID
	case FieldPipeline:
		return d.PipelineID
	case FieldStage, FieldStatus: // conditions on the status name stages: see ParseCondition
		return d.StageID
	case FieldStageEntered:
		return d.StageEnteredAt
	case FieldRank:
		return d.Rank
	case FieldOwner:
		return d.OwnerID
	case FieldValue:
		return d.Value.Minor
	case FieldCreated:
		return d.CreatedAt
	case FieldUpdated:
		return d.UpdatedAt
	}
	return d.Details[f.Name]
}
