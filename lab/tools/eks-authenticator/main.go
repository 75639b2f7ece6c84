// Answers an API server's TokenReviews as EKS does: the verifier is aws-iam-authenticator's own, the STS that it asks is a
// sandbox's. Each file of the access folder describes one sandbox: its STS, the name that the cluster has there, and the
// access entries of the cluster. A token is good when one of them vouches for it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

type access struct {
	ClusterName string  `json:"clusterName"`
	STSURL      string  `json:"stsUrl"`
	Entries     []entry `json:"entries"`
}

// As `aws eks create-access-entry` takes it.
type entry struct {
	PrincipalARN     string   `json:"principalArn"`
	KubernetesGroups []string `json:"kubernetesGroups"`
	Username         string   `json:"username"`
}

// The part of authentication.k8s.io/v1 TokenReview that is read or written here.
type tokenReview struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		Token string `json:"token"`
	} `json:"spec"`
	Status reviewStatus `json:"status"`
}

type reviewStatus struct {
	Authenticated bool  `json:"authenticated"`
	User          *user `json:"user,omitempty"`
}

type user struct {
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
}

func main() {
	listen := flag.String("listen", "", "address to listen on")
	certificate := flag.String("certificate", "", "PEM file")
	key := flag.String("key", "", "PEM file")
	folder := flag.String("access", "", "folder of the access files")
	flag.Parse()
	http.DefaultTransport = sts
	http.HandleFunc("POST /", func(response http.ResponseWriter, request *http.Request) { review(response, request, *folder) })
	log.Fatal(http.ListenAndServeTLS(*listen, *certificate, *key, nil))
}

func review(response http.ResponseWriter, request *http.Request, folder string) {
	var asked tokenReview
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
		http.Error(response, "the body is not a TokenReview", http.StatusBadRequest)
		return
	}
	answer := tokenReview{APIVersion: asked.APIVersion, Kind: asked.Kind}
	found, err := authenticate(asked.Spec.Token, folder)
	if err != nil {
		log.Printf("refused: %v", err)
	} else {
		log.Printf("granted: %s in groups %s", found.Username, strings.Join(found.Groups, ", "))
		answer.Status = reviewStatus{Authenticated: true, User: found}
	}
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(answer)
}

// Asks the sandboxes one after the other. The error has each one's reason; none of them holds the token.
func authenticate(bearer string, folder string) (*user, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	reasons := []string{fmt.Sprintf("%d sandboxes were let in", len(files))}
	for _, file := range files {
		found, err := vouch(bearer, file)
		if err == nil {
			return found, nil
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", filepath.Base(file), err))
	}
	return nil, errors.New(strings.Join(reasons, "; "))
}

func vouch(bearer string, file string) (*user, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var sandbox access
	if err := json.Unmarshal(text, &sandbox); err != nil {
		return nil, err
	}
	identity, err := sts.verify(bearer, sandbox)
	if err != nil {
		return nil, err
	}
	for _, each := range sandbox.Entries {
		if withoutPath(each.PrincipalARN) == identity.CanonicalARN {
			return userOf(each, identity), nil
		}
	}
	return nil, fmt.Errorf("cluster %s has no access entry for %s", sandbox.ClusterName, identity.CanonicalARN)
}

// An access entry names a role with its path, STS an assumed role without it.
func withoutPath(arn string) string {
	account, role, isRole := strings.Cut(arn, ":role/")
	if !isRole {
		return arn
	}
	return account + ":role/" + role[strings.LastIndex(role, "/")+1:]
}

// The username of an entry without one is EKS's default: the session's ARN.
func userOf(found entry, identity *token.Identity) *user {
	username := found.Username
	if username == "" {
		username = identity.ARN
	}
	session := strings.ReplaceAll(identity.SessionName, "@", "-")
	return &user{
		Username: strings.ReplaceAll(username, "{{SessionName}}", session),
		UID:      "aws-iam-authenticator:" + identity.AccountID + ":" + identity.UserID,
		Groups:   found.KubernetesGroups,
		Extra:    map[string][]string{"arn": {identity.ARN}, "canonicalArn": {identity.CanonicalARN}, "sessionName": {identity.SessionName}},
	}
}

// sts sends what a verifier asks of AWS to a sandbox. Verifiers use Go's default transport, which knows no sandbox: hence one
// verification at a time.
var sts = &stsTransport{next: http.DefaultTransport}

type stsTransport struct {
	next    http.RoundTripper
	turn    sync.Mutex
	sandbox *url.URL
}

func (transport *stsTransport) verify(bearer string, sandbox access) (*token.Identity, error) {
	destination, err := url.Parse(sandbox.STSURL)
	if err != nil {
		return nil, err
	}
	transport.turn.Lock()
	defer transport.turn.Unlock()
	transport.sandbox = destination
	return token.NewVerifier(sandbox.ClusterName, "aws", "").Verify(bearer)
}

// The host is signed, so it stays in the header while the request goes elsewhere.
func (transport *stsTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	sent := request.Clone(request.Context())
	sent.Host = request.URL.Host
	sent.URL.Scheme, sent.URL.Host = transport.sandbox.Scheme, transport.sandbox.Host
	return transport.next.RoundTrip(sent)
}
