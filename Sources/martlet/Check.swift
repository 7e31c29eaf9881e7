import CNI

extension Operation {
    func check() throws(CNIFailure) {}
}
