package main

import "fmt"

// So many different records are made before the clock starts; flow i takes record i % recordCount.
const recordCount = 1000

type claims struct {
	ID               string `json:"id"`
	Name             string `json:"name"`
	IssuingAuthority string `json:"issuing_authority"`
	IssuingCountry   string `json:"issuing_country"`
}

type record struct {
	walletKey     string
	templateID    string
	correlationID string
	claims        claims
}

// makeRecords makes the values that bench/records.lua makes.
func makeRecords() []record {
	records := make([]record, recordCount)
	for i := range records {
		records[i] = record{
			walletKey:     fmt.Sprintf("5f0c7a9e-1b7d-4c33-9f5e-%012d", i),
			templateID:    "ebw_oid",
			correlationID: fmt.Sprintf("bench-%06d", i),
			claims:        claims{fmt.Sprintf("9%07d", i), "CoolSoft B.V.", "Credenco", "NL"},
		}
	}
	return records
}
