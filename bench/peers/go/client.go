package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// client makes the two calls of a flow. It is shared by every worker.
//
// It calls the transport itself: http.Client would add cookies, redirects and copies of the
// headers, none of which the other peers pay for.
type client struct {
	transport   *http.Transport
	base        *url.URL
	issueURL    *url.URL
	issueHeader http.Header
	pushHeader  http.Header
}

type issueBody struct {
	TemplateID    string  `json:"template_id"`
	Claims        *claims `json:"claims"`
	CorrelationID string  `json:"correlation_id"`
}

type issueAnswer struct {
	RequestURI string `json:"request_uri"`
}

func newClient(baseURL string, connections int) (*client, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return nil, err
	}
	trust, err := trusted()
	if err != nil {
		return nil, err
	}
	return &client{
		transport: &http.Transport{
			TLSClientConfig:     trust,
			MaxIdleConns:        connections,
			MaxIdleConnsPerHost: connections,
			MaxConnsPerHost:     connections, // or a flow dials while an answer is being put away
			DisableCompression:  true,        // or every request carries accept-encoding
		},
		base:     base,
		issueURL: withPath(base, "/api/v2/credential/issue"),
		issueHeader: http.Header{
			"Content-Type": {"application/json"},
			"Accept":       {"application/json"},
			"X-Api-Key":    {"bench"},
			"User-Agent":   {"credenco/peers"},
		},
		pushHeader: http.Header{"Accept": {"application/json"}, "User-Agent": {"credenco/peers"}},
	}, nil
}

// trusted gives the authority of the benchmark's server, or nil where that speaks plain http.
func trusted() (*tls.Config, error) {
	file := os.Getenv("BENCH_CA_FILE")
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in " + file)
	}
	return &tls.Config{RootCAs: pool}, nil
}

func withPath(base *url.URL, path string) *url.URL {
	u := *base
	u.Path = path
	return &u
}

// flow issues one record. `answer` is the worker's own buffer.
func (c *client) flow(r *record, answer *bytes.Buffer) error {
	body, err := json.Marshal(issueBody{r.templateID, &r.claims, r.correlationID})
	if err != nil {
		return err
	}
	if err := c.post(c.issueURL, c.issueHeader, body, http.StatusOK, answer); err != nil {
		return err
	}
	var issued issueAnswer
	if err := json.Unmarshal(answer.Bytes(), &issued); err != nil {
		return err
	}
	push, err := c.pushURL(r, issued.RequestURI)
	if err != nil {
		return err
	}
	return c.post(push, c.pushHeader, nil, http.StatusCreated, answer)
}

func (c *client) post(u *url.URL, h http.Header, body []byte, want int, answer *bytes.Buffer) error {
	request := &http.Request{
		Method: "POST", URL: u, Header: h, Host: c.base.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(body)),
	}
	if body != nil {
		request.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		request.Body = http.NoBody
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer.Reset()
	if _, err := answer.ReadFrom(response.Body); err != nil {
		return err
	}
	if response.StatusCode != want {
		return fmt.Errorf("status %d instead of %d", response.StatusCode, want)
	}
	return nil
}

func (c *client) pushURL(r *record, requestURI string) (*url.URL, error) {
	offer, err := offerURI(requestURI)
	if err != nil {
		return nil, err
	}
	u := withPath(c.base, "/api/oidc/offer/"+r.walletKey)
	u.RawQuery = "directIssue=true&credential_offer_uri=" + url.QueryEscape(offer)
	return u, nil
}

// offerURI decodes percent escapes only: url.Values would turn a plus sign into a space.
func offerURI(requestURI string) (string, error) {
	u, err := url.Parse(requestURI)
	if err != nil {
		return "", err
	}
	for query := u.RawQuery; query != ""; {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if name, value, _ := strings.Cut(pair, "="); name == "credential_offer_uri" {
			return url.PathUnescape(value)
		}
	}
	return "", errors.New("no credential_offer_uri in the request_uri")
}
