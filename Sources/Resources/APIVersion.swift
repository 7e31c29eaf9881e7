import JSON

/// Under which name an API server keeps Calico's objects; the specs are the same.
package enum APIVersion: String, CaseIterable, Sendable {
    /// Calico's own API, which calicoctl speaks.
    case calico = "projectcalico.org/v3"
    /// The custom resources in which Calico keeps its objects in a Kubernetes cluster.
    case custom = "crd.projectcalico.org/v1"

    /// The version that a manifest names.
    ///
    /// - Throws: `ManifestError` for one that is missing or unknown.
    package init(of document: Document) throws(ManifestError) {
        let fields = try Fields(document)
        let path = fields.path(to: "apiVersion")
        let text = try fields.text("apiVersion")
        guard let version = text.flatMap(APIVersion.init(rawValue:)) else {
            // The one mistake that is easily made: `kubectl get node -o yaml` prints another kind of node.
            let isOfKubernetes = text == "v1" && document.value["kind"] == "Node"
            throw document.error(
                path, expected: Self.allCases.map(\.rawValue).joined(separator: " or "),
                found: fields.object.value("apiVersion"),
                because: isOfKubernetes
                    ? "this is Kubernetes's object, `calicoctl get node -o yaml` prints Calico's" : nil)
        }
        self = version
    }
}
