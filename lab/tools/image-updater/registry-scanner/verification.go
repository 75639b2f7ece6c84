// Image Updater v1.3.0 calls three names that registry-scanner v1.2.1, the newest version that module proxies serve, does not have.
// With this file added to that module it builds; neither signatures nor sibling images of a digest are looked at.
package image

import (
	"context"
	"errors"
)

// Verify says how an image's signature is checked.
type Verify struct{ CosignKey string }

// VerifyWithPublicKey refuses: an image that asks for a signature must not pass unchecked.
func VerifyWithPublicKey(context.Context, *ContainerImage, *Verify, any) error {
	return errors.New("this build of Image Updater cannot check signatures")
}

// MatchForDigestUpdate finds no better candidate than the caller's own.
func (list *ContainerImageList) MatchForDigestUpdate(*ContainerImage, string) *ContainerImage {
	return nil
}
